"""Each task is five small things side by side: targets, network head, loss, decode, metric."""
