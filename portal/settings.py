"""Settings, from the environment and ``.env`` only; every one works on a fresh clone.

``docs/settings.md`` lists them. A bad value stops the start with one sentence.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from portal.common.environment import Environment, is_domain, kept_secret, refuse
from portal.navigation import UNFOLD  # noqa: F401  (a setting)

BASE_DIR = Path(__file__).resolve().parent.parent
environ.Env.read_env(BASE_DIR / ".env")
env = Environment()

VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var"))).resolve()
try:
    VAR_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    refuse("VAR_DIR", str(VAR_DIR), f"that folder cannot be made ({error.strerror})", "use a folder you may write to")

# Who and where
PORT = env.number("PORT", 8000, least=1, most=65535)
BASE_URL = env.base_url("BASE_URL", f"http://127.0.0.1:{PORT}")
ORGANISATION_NAME = env.text("ORGANISATION_NAME", "Your organisation")
_host = urlsplit(BASE_URL).hostname or ""
_is_https = BASE_URL.startswith("https://")

# Security
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY") or kept_secret(VAR_DIR / "secret_key")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", sorted({_host, "127.0.0.1", "localhost", "[::1]"}))
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [BASE_URL])
for _origin in CSRF_TRUSTED_ORIGINS:
    if not _origin.startswith(("http://", "https://")):
        refuse("CSRF_TRUSTED_ORIGINS", _origin, "it has no scheme", f"use https://{_origin}")
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, least=0, most=10)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _is_https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if _is_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _is_https
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^health/"]
X_FRAME_OPTIONS = "DENY"

# Application
INSTALLED_APPS = [
    "unfold",
    "portal.apps.PortalConfig",
    "portal.common.apps.CommonConfig",
    "contacts",
    "incidents",
    "postmortems",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_celery_beat",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.common.reader_zone.reader_zone_middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "portal" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
AUTH_USER_MODEL = "contacts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Database
SQLITE_OPTIONS = {
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
}
_database_url = env.url(
    "DATABASE_URL", f"sqlite:///{VAR_DIR / 'portal.sqlite3'}", ("sqlite", "postgres", "postgresql", "psql")
)
try:
    _database: dict[str, Any] = environ.Env.db_url_config(_database_url)
except (ImproperlyConfigured, ValueError) as error:
    refuse("DATABASE_URL", _database_url, str(error), "use postgres://USER:PASSWORD@HOST:5432/NAME")
if not _database.get("NAME") or ":memory:" in str(_database["NAME"]):
    refuse("DATABASE_URL", _database_url, "it names no lasting database", "use sqlite:////path/to/portal.sqlite3")
if "sqlite3" in _database["ENGINE"]:
    _database["OPTIONS"] = SQLITE_OPTIONS
    _database["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    _database |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    _database["OPTIONS"] = {"connect_timeout": 5} | _database.get("OPTIONS", {})
DATABASES = {"default": _database}

# Time: UTC inside, the reader's zone only in templates
USE_TZ = True
TIME_ZONE = "UTC"
TIME_ZONE_DISPLAY = env.zone("TIME_ZONE_DISPLAY", "UTC")
USE_I18N = False
LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = ["portal.formats"]

# Letters
EMAIL_URL = env.url(
    "EMAIL_URL", f"filemail://{VAR_DIR / 'mail'}", ("smtp", "smtp+tls", "smtp+ssl", "filemail", "consolemail")
)
_email: dict[str, Any] = environ.Env.email_url_config(EMAIL_URL)
EMAIL_BACKEND = {
    "filemail": "portal.common.mail_files.EmailBackend",
    "consolemail": "django.core.mail.backends.console.EmailBackend",
}.get(EMAIL_URL.split(":", 1)[0], "portal.common.bounded_smtp.EmailBackend")
EMAIL_FILE_PATH = EMAIL_URL.removeprefix("filemail://")
EMAIL_HOST = _email["EMAIL_HOST"] or "localhost"
EMAIL_HOST_USER = _email["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = bool(_email.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(_email.get("EMAIL_USE_SSL"))
EMAIL_PORT = _email["EMAIL_PORT"] or (465 if EMAIL_USE_SSL else 587 if EMAIL_USE_TLS else 25)
EMAIL_TIMEOUT = env.number("EMAIL_TIMEOUT_SECONDS", 10, least=1, most=60)
EMAIL_SEND_LIMIT_SECONDS = env.number("EMAIL_SEND_LIMIT_SECONDS", 25, least=2, most=50)
OUTBOX_LEASE_SECONDS = env.number("OUTBOX_LEASE_SECONDS", 120, least=4, most=3600)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.address(
    "DEFAULT_FROM_EMAIL", f"Incident Response Portal <portal@{_host if is_domain(_host) else 'localhost'}>"
)
FOLLOW_UP_WEEKDAY = env.weekday("FOLLOW_UP_WEEKDAY", "monday")
FOLLOW_UP_HOUR = env.number("FOLLOW_UP_HOUR", 9, least=0, most=23)

# The engine
TICK_SECONDS = env.number("TICK_SECONDS", 15, least=1, most=60)
DRAIN_SECONDS = env.number("DRAIN_SECONDS", 10, least=1, most=60)
DEAD_MAN_URL = env.url("DEAD_MAN_URL", "", ("http", "https")) if env.text("DEAD_MAN_URL") else ""
CELERY_BROKER_URL = env.url(
    "CELERY_BROKER_URL", "filesystem://localhost", ("filesystem", "redis", "rediss", "amqp", "amqps", "unix")
)
if CELERY_BROKER_URL.startswith("filesystem:"):
    _broker_dir = VAR_DIR / "broker"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker_dir / "messages"),
        "data_folder_out": str(_broker_dir / "messages"),
        "control_folder": str(_broker_dir / "control"),
    }
    for _folder in ("messages", "control"):
        (_broker_dir / _folder).mkdir(parents=True, exist_ok=True)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
DJANGO_CELERY_BEAT_TZ_AWARE = True

# Static files
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"portal": {"level": "INFO"}, "contacts": {"level": "INFO"}, "incidents": {"level": "INFO"}},
}
