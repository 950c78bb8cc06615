"""The screens: search, library and the dialogs over them."""
