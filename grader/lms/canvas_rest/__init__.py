"""Canvas over the network (the extra `torchgrade[canvas]`): its REST API, through the library canvasapi."""
