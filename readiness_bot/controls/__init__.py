"""Every control, one folder a category, one control a file; nothing lists them."""
