"""Facts that must hold of a read page, such as 'this cell stands below that one'."""
