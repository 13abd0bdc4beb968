"""The rooms behind the door: connections kept open to each, requests passed on, answers passed back."""
