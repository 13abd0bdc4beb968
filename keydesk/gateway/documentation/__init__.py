"""The API's documentation: one OpenAPI document made of every room's, and a page that reads well."""
