"""ZatoAdmin, the web console. It talks to admin APIs, and has no ODB (docs/adr/0041-console.md)."""
