"""Lanes on a Dask cluster (the extra `torchgrade[dask]`).

The course travels as one packed file, submissions as bytes, and reports come back. Each thread of a node has
a lane of its own, in a process of its own. Every run has a name, and each node that may take work says that
it has as much of a resource of that name as it has threads. Dask gives jobs only to nodes that have it, also
to those that join later, and gives the jobs of a node that vanishes to others. The scheduler brings the run
to each node by itself, so none waits for another. What a node has that no longer answers is given to others.
When the command is gone, however it ended, the scheduler takes the run off the nodes.
"""
