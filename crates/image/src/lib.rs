//! Container images: the OCI and Docker models, layers, layouts and archives.
