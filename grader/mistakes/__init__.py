"""The usual mistakes with a layer: wrong ways to count its output or to compute it."""
