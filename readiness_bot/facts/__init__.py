"""One extractor for each kind of file: bytes in, path-free facts out; judges nothing."""
