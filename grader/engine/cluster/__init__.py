"""Lanes on a Dask cluster (the extra `torchgrade[dask]`).

The course travels as one packed file, submissions as bytes, and reports come back. Each thread of a node has
its own lane, in its own process. Every run has a name, and each node that can take work announces a resource
of that name, one unit for each of its threads. Dask gives jobs only to nodes that have it, including those
that join later, and gives the jobs of a node that disappears to others. The scheduler itself brings the run
to each node, so no node waits for another. The jobs of a node that no longer answers are given to others.
When the command is gone, however it ended, the scheduler takes the run off the nodes.
"""
