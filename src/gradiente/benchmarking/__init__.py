"""`gradiente bench`: the speed of gradiente and of its peers, measured in turn on the user's own machine."""
