"""What the codes of a report mean, for people: stored are codes, read are texts in the reader's language."""

from collections.abc import Mapping

from keydesk.chassis.i18n import N_, Text

FILE_TEXTS: Mapping[str, str] = {
    "empty": N_("The file is empty. Choose the file that holds your lines."),
    "no_lines": N_("The file has a header and no lines below it."),
    "spreadsheet": N_("This is a spreadsheet, not a CSV file. Save it as “CSV UTF-8” and send that."),
    "binary": N_("This is not a text file. Send a CSV file."),
    "not_utf8": N_("Line %(line)s is not UTF-8. Save the file as “CSV UTF-8” and send that."),
    "broken_quotation": N_(
        "A quotation that starts near line %(line)s does not end where it should. Check the quotation marks."
    ),
    "too_many_lines": N_("There are more than %(limit)s lines. Send the file in parts."),
    "column_missing": N_("The column “%(column)s” is missing. Add it to the first line."),
    "column_unknown": N_("The column “%(column)s” is not known. These are: %(known)s."),
    "column_twice": N_("The column “%(column)s” is there more than once. Keep one of them."),
    "stopped": N_(
        "What begins at line %(line)s could not be stored; the lines before it are. Look into the log, then "
        "send the file again: lines that are stored already stay as they are."
    ),
}

LINE_TEXTS: Mapping[str, str] = {
    "missing": N_("This is needed."),
    "too_long": N_("This can have at most %(limit)s characters."),
    "not_one_line": N_("This has to be text in one line."),
    "wrong_width": N_("There are %(found)s cells where the header has %(expected)s. Check the delimiters."),
    "not_a_code": N_("“%(value)s” has to be of letters, digits, dots, hyphens and underscores, at most 40."),
    "not_a_serial_number": N_("“%(value)s” is not a serial number: a capital letter and ten digits."),
    "not_a_quantity": N_("“%(value)s” has to be a whole number from 1 to %(limit)s."),
    "not_a_day": N_("“%(value)s” is not a date. Write it like 2026-03-31."),
    "not_yes_or_no": N_("“%(value)s” has to be yes or no."),
    "not_a_country": N_("“%(value)s” is not a country's code of two letters, such as SE."),
    "ends_before_start": N_("Maintenance ends before it starts."),
    "not_a_field": N_("“%(value)s” cannot be read. Write it like: host_id* each; deployed_price_tier=1|2|3"),
    "unknown_field": N_("“%(value)s” is nothing that a product can ask for. These are: %(known)s."),
    "field_twice": N_("“%(name)s” is asked for twice."),
    "not_choices": N_(
        "“%(name)s” cannot have these choices. Only system_type and deployed_price_tier have some, "
        "each once, with | between them."
    ),
    "not_a_pattern": N_(
        "“%(value)s” is not a pattern that we take. Use characters, sets like [0-9A-F], {8} and ?."
    ),
    "pattern_without_host_id": N_("There is a pattern for host IDs, yet the product asks for none."),
    "example_does_not_match": N_("“%(value)s” does not match the pattern. Give an example that does."),
    "sku_twice": N_("Line %(line)s has this SKU already."),
    "serial_number_twice": N_("Line %(line)s has this serial number already."),
    "order_told_differently": N_("Line %(line)s gives this order another customer or date."),
    "customer_told_differently": N_("Line %(line)s gives this customer another name or country."),
    "unknown_sku": N_("No product has the SKU “%(sku)s”. Load the products first."),
    "order_of_another_customer": N_("This order belongs to customer %(customer_number)s."),
    "serial_number_of_another_order": N_("This serial number belongs to order %(order_number)s."),
    "registered_already": N_(
        "This serial number is registered: its product, quantity and price tier stay as they are."
    ),
}


def file_text(code: str, params: Mapping[str, object]) -> Text:
    """Why a file as a whole could not be read."""
    return Text(FILE_TEXTS[code], params)


def line_text(code: str, params: Mapping[str, object]) -> Text:
    """What is wrong with a line."""
    return Text(LINE_TEXTS[code], params)
