"""What the header of an archive file says of it."""

APPLICATION_ID = 0x696E6773  # "ings", in the file header: `file archive.db` and a stranger's tool can tell
VERSION = 5  # of the schema, kept in `PRAGMA user_version`; migration NNNN brings a file to version NNNN
