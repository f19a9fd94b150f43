not a document
