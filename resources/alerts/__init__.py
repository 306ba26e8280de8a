"""Word to people who do not watch: a message to a webhook, by e-mail, or both."""

from resources.alerts.sending import AlertError as AlertError
from resources.alerts.sending import send as send
from resources.alerts.settings import AlertSettings as AlertSettings
