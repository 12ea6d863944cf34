"""
Checkpoints of the CLIP kind: one network for pictures, one for words, one space for both.

A folder holds one of them in the layout the hubs use; it is read, never run: graphs and tables only.
"""
