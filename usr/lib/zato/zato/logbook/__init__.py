"""What the processes of this machine have said: in a ring of files in a quickstart, in the journal on an appliance."""
