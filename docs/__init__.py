"""The documentation: pages beside this file, and in `site` what makes a site of them."""
