"""What commands say: everything on stdout and stderr, in whatever format was asked for."""
