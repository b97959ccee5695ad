"""What the admin API takes and gives, as types, by subject; the OpenAPI document is made from these."""
