"""Work for people: tasks in queues, claims with leases, decisions that can be undone, agreement.

It does not know what is reviewed, nor where tasks are kept.
"""
