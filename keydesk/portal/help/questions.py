"""The questions and answers of the help page, by group. Each answer may lead to a page where one goes on."""

from dataclasses import dataclass

from keydesk.chassis.i18n import N_


@dataclass(frozen=True)
class Question:
    """A question, its answer, and where to go on."""

    id: str
    asked: str
    answer: str
    path: str = ""
    go_on: str = ""


@dataclass(frozen=True)
class Group:
    """Questions about one thing."""

    id: str
    name: str
    questions: tuple[Question, ...]


GROUPS = (
    Group(
        "accounts",
        N_("Accounts"),
        (
            Question(
                "create-account",
                N_("How do I create an account?"),
                N_(
                    "It is free and takes a few minutes. Fill in the form with your work email address,"
                    " accept the user agreement, and open the link in the email that we send you. Until then"
                    " you can look around, but not register licenses."
                ),
                "/create-account",
                N_("Create an account"),
            ),
            Question(
                "forgotten",
                N_("I forgot my password, or which login ID I have. What now?"),
                N_(
                    "With your login ID you can ask for an email with a link to choose a new password. If"
                    " you do not know your login ID, look it up first: the answer goes to your email"
                    " address."
                ),
                "/forgot-password",
                N_("Choose a new password"),
            ),
            Question(
                "new-email",
                N_("I have a new email address. What should I do?"),
                N_(
                    "Change it on your account's page. We send a link to the new address, and it counts"
                    " once you have opened that link; so nobody can take over your account with a mistyped"
                    " one."
                ),
                "/account",
                N_("My Account"),
            ),
        ),
    ),
    Group(
        "keys",
        N_("License keys"),
        (
            Question(
                "serial-numbers",
                N_("Where do I find my serial numbers?"),
                N_(
                    "On the papers of your order. Each has a capital letter and ten digits, such as"
                    " A0123456789. Capital and small letters differ, so it is best to copy it."
                ),
            ),
            Question(
                "many-at-once",
                N_("How do I get license keys, and for how many serial numbers at once?"),
                N_(
                    "Type or paste the serial numbers, or choose a file with up to 10,000 of them. We check"
                    " each one, ask for what its product needs, and make the keys. You see how far it is."
                ),
                "/register",
                N_("Get a License Key"),
            ),
            Question(
                "license-file",
                N_("What is a license file, and what if I lose it?"),
                N_(
                    "A text file, whose name ends in .slf, from which a product reads what you may use. It"
                    " is signed, so that every change to it is noticed. You can download it again at any"
                    " time from the page of its license."
                ),
                "/licenses",
                N_("License Catalog"),
            ),
        ),
    ),
    Group(
        "catalog",
        N_("License catalog"),
        (
            Question(
                "missing",
                N_("Why do I not see a license that my company bought?"),
                N_(
                    "You see what you registered, what you added, and what others share with you. If nobody"
                    " has registered it yet, add it with its serial number, or a whole order with its"
                    " customer number and order number. If a colleague has, ask to have it shared or handed"
                    " over."
                ),
                "/licenses/add",
                N_("Add licenses"),
            ),
            Question(
                "find",
                N_("How do I find one license among thousands?"),
                N_(
                    "Search for a part of its serial number, order number, product or customer, and narrow"
                    " the list with filters. A search that you need often can be kept by name, and what it"
                    " finds can be saved as a CSV or Excel file."
                ),
                "/licenses",
                N_("License Catalog"),
            ),
            Question(
                "own-fields",
                N_("Can I write down things of my own about a license?"),
                N_(
                    "Yes. Make fields of your own, such as a department or a cost center, and fill them in"
                    " on the page of each license. There is also a place for comments."
                ),
                "/account/fields",
                N_("My fields"),
            ),
        ),
    ),
    Group(
        "sharing",
        N_("Sharing"),
        (
            Question(
                "share",
                N_("How do I let a colleague see my licenses?"),
                N_(
                    "Ask for the colleague's login ID and share single licenses, or all with a customer"
                    " number. You choose whether your colleague may only look or do more, and can end it at"
                    " any time."
                ),
                "/shares",
                N_("Share Licenses"),
            ),
            Question(
                "hand-over",
                N_("What is the difference between sharing licenses and handing them over?"),
                N_(
                    "What you share stays yours. What you hand over belongs to the other account"
                    " afterwards, and you no longer see it; support approves that first."
                ),
                "/requests",
                N_("Customer Service"),
            ),
        ),
    ),
    Group(
        "requests",
        N_("Requests to support"),
        (
            Question(
                "how-long",
                N_("How long does it take until support decides a request?"),
                N_(
                    "Two working days at most. You see on the request's page how far it is, and get an"
                    " email when something happens. Until it is decided, you can withdraw it."
                ),
                "/requests",
                N_("My requests"),
            ),
            Question(
                "files",
                N_("Can I send files with a request?"),
                N_(
                    "Yes, up to ten, of up to 10 MB each: PDF, PNG, JPEG, TXT, CSV, XLSX, SLF or ZIP. Add"
                    " them on the request's page. Support gets them, and everybody whom the request"
                    " concerns."
                ),
            ),
            Question(
                "contact",
                N_("How do I reach somebody directly?"),
                N_("By email or by phone, in your region's office hours and languages."),
                "/contact",
                N_("Contact details"),
            ),
        ),
    ),
)
