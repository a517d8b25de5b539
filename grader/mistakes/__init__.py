"""The usual mistakes with a layer: wrong ways through its walk, in counting and in computing."""
