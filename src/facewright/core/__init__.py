"""Pictures, boxes, faces and errors: what both worlds, running and making, share. numpy and Pillow only."""
