"""Import lines of names that Python code uses by convention: the guess of last resort.

Only for names that the function's own file does not bind. A name is here when one meaning is far more common
than any other; words that are everyday variable names (`date`, `time`, `string`, `code`, `path`) are not.
"""

_MODULES = """
abc argparse array ast asyncio atexit base64 binascii bisect bz2 calendar cmath codecs collections
concurrent configparser contextlib contextvars copy copyreg csv ctypes dataclasses datetime decimal
difflib dis email enum errno fnmatch fractions ftplib functools gc getpass gettext glob graphlib
gzip hashlib heapq hmac html http importlib inspect io ipaddress itertools json keyword linecache
locale logging lzma math mimetypes mmap multiprocessing numbers operator os pathlib pdb pickle
pkgutil platform plistlib pprint queue random re sched secrets select selectors shelve shlex shutil
signal smtplib socket sqlite3 ssl statistics struct subprocess sys sysconfig tarfile tempfile
textwrap threading timeit tokenize traceback tracemalloc types typing unicodedata unittest urllib
uuid warnings weakref xml zipfile zlib zoneinfo aiohttp bs4 click cv2 django flask keras matplotlib
networkx nltk numpy pandas psutil pydantic pytest requests scipy seaborn six sklearn sqlalchemy
sympy tensorflow torch torchvision tqdm transformers yaml
"""

_ALIASES = {
    "np": "numpy",
    "pd": "pandas",
    "plt": "matplotlib.pyplot",
    "mpl": "matplotlib",
    "sns": "seaborn",
    "tf": "tensorflow",
    "nx": "networkx",
    "jnp": "jax.numpy",
    "sp": "scipy",
    "sm": "statsmodels.api",
    "F": "torch.nn.functional",
    "dt": "datetime",
    "ET": "xml.etree.ElementTree",
    "mp": "multiprocessing",
}

_MEMBERS = {
    "typing": """
    Any AnyStr Callable ClassVar Dict FrozenSet Generator Generic Hashable Iterable Iterator List
    Literal Mapping MutableMapping NamedTuple NewType NoReturn Optional Protocol Sequence Set Text
    Tuple Type TypedDict TypeVar Union AsyncIterator AsyncGenerator Awaitable Coroutine Deque
    DefaultDict IO TextIO BinaryIO TYPE_CHECKING Final Annotated cast overload
    """,
    "collections": "Counter OrderedDict defaultdict deque namedtuple ChainMap",
    "functools": "reduce partial lru_cache wraps cached_property total_ordering singledispatch cmp_to_key",
    "itertools": """
    accumulate chain combinations combinations_with_replacement cycle dropwhile groupby islice permutations
    product starmap takewhile tee zip_longest
    """,
    "pathlib": "Path PurePath PurePosixPath",
    "datetime": "timedelta timezone",
    "decimal": "Decimal ROUND_HALF_UP",
    "fractions": "Fraction",
    "dataclasses": "dataclass asdict is_dataclass",
    "enum": "Enum IntEnum auto",
    "abc": "ABC ABCMeta abstractmethod",
    "contextlib": "contextmanager suppress ExitStack closing redirect_stdout",
    "copy": "deepcopy",
    "io": "StringIO BytesIO",
    "math": "sqrt ceil floor gcd factorial log10 log2 isclose hypot",
    "heapq": "heappush heappop heapify heapreplace nlargest nsmallest",
    "bisect": "bisect_left bisect_right insort",
    "operator": "itemgetter attrgetter methodcaller",
    "threading": "Thread Lock RLock",
    "concurrent.futures": "ThreadPoolExecutor ProcessPoolExecutor as_completed",
    "random": "randint shuffle randrange",
    "string": "ascii_lowercase ascii_uppercase ascii_letters",
    "textwrap": "dedent",
    "urllib.parse": "urlparse urlencode urljoin parse_qs urlsplit urlunparse quote_plus",
    "urllib.request": "urlopen urlretrieve",
    "uuid": "uuid4",
    "struct": "unpack",
    "types": "SimpleNamespace ModuleType TracebackType",
    "tempfile": "NamedTemporaryFile TemporaryDirectory mkdtemp",
    "time": "perf_counter",
    "inspect": "getmembers isclass",
    "pprint": "pformat",
    "numbers": "Number Integral",
    "bs4": "BeautifulSoup",
}

WELL_KNOWN: dict[str, str] = {
    **{name: f"import {name}" for name in _MODULES.split()},
    **{alias: f"import {module} as {alias}" for alias, module in _ALIASES.items()},
    **{name: f"from {module} import {name}" for module, names in _MEMBERS.items() for name in names.split()},
}
"""Name to its import line."""
