"""How processes of this machine have a server run services: jobs and messages, no caller's HTTP."""
