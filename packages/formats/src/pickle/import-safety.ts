/** How far an imported name can be trusted. */
export type ImportSafety = 'innocuous' | 'suspicious' | 'dangerous'

/** Names that only rebuild data. Everything that is not here is at least `suspicious` (deny by default: block-lists have holes). */
const INNOCUOUS: Readonly<Record<string, string>> = {
  collections: 'OrderedDict defaultdict deque Counter',
  'torch._utils':
    '_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter _rebuild_parameter_with_state _rebuild_qtensor ' +
    '_rebuild_sparse_tensor _rebuild_meta_tensor_no_storage _rebuild_device_tensor_from_numpy',
  torch:
    'FloatStorage HalfStorage BFloat16Storage DoubleStorage LongStorage IntStorage ShortStorage CharStorage ByteStorage BoolStorage ' +
    'ComplexFloatStorage ComplexDoubleStorage QInt8Storage QUInt8Storage QInt32Storage UntypedStorage ' +
    'float16 float32 float64 bfloat16 half float double int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64 complex128 ' +
    'float8_e4m3fn float8_e5m2 qint8 quint8 qint32 Size Tensor device dtype per_tensor_affine per_channel_affine',
  'torch.storage': 'UntypedStorage TypedStorage',
  'torch.nn.parameter': 'Parameter',
  'torch._tensor': '_rebuild_from_type_v2',
  numpy:
    'dtype ndarray bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128 str_ bytes_',
  'numpy.core.multiarray': '_reconstruct scalar',
  'numpy._core.multiarray': '_reconstruct scalar',
  'numpy.core.numeric': '_frombuffer',
  'numpy._core.numeric': '_frombuffer',
  datetime: 'date datetime time timedelta timezone',
  decimal: 'Decimal',
  uuid: 'UUID',
  fractions: 'Fraction',
  copyreg: '_reconstructor',
  copy_reg: '_reconstructor',
  builtins: 'set frozenset dict list tuple int float complex bool str bytes bytearray slice range object',
  __builtin__:
    'set frozenset dict list tuple int long float complex bool str unicode bytes bytearray slice xrange object',
  _codecs: 'encode',
  argparse: 'Namespace',
  pathlib: 'PosixPath PurePosixPath Path WindowsPath PureWindowsPath',
}
const SAFE = new Set(
  Object.entries(INNOCUOUS).flatMap(([module, names]) => names.split(' ').map((name) => `${module} ${name}`)),
)

/** Modules whose import from a pickle is an attack or its tool, with everything below them. */
const DANGEROUS_MODULES = new Set(
  (
    'os posix nt ntpath posixpath subprocess sys socket ssl shutil runpy pty platform pickle _pickle pickletools dill cloudpickle joblib ' +
    'importlib imp pkgutil zipimport ctypes _ctypes cffi multiprocessing threading _thread asyncio concurrent signal resource mmap ' +
    'webbrowser http urllib urllib2 urllib3 httplib httpx aiohttp requests ftplib smtplib telnetlib poplib imaplib nntplib xmlrpc socketserver ' +
    'code codeop codecs compileall py_compile pdb bdb cProfile profile timeit trace doctest pydoc unittest test idlelib lib2to3 distutils ' +
    'setuptools pip ensurepip venv site operator _operator functools _functools itertools types inspect marshal gc tempfile io _io fileinput ' +
    'glob linecache tokenize configparser logging commands popen2 ossaudiodev sqlite3 bz2 gzip lzma tarfile zipfile ast symtable builtins ' +
    '__builtin__ __main__ torch.hub torch.load torch.jit torch.distributed torch.utils torch._inductor torch._dynamo torch.package ' +
    'torch.serialization torch.fx numpy.testing numpy.f2py numpy.distutils numpy.lib numpy.load pandas.io pandas.eval uuid._popen _posixsubprocess _winapi ' +
    'win32api winreg _winreg msvcrt weakref contextlib shlex getpass cmd rlcompleter readline curses tkinter turtle antigravity'
  ).split(' '),
)

const DANGEROUS_NAMES =
  /^(?:eval|exec|execfile|compile|open|input|raw_input|getattr|setattr|delattr|vars|globals|locals|__import__|breakpoint|apply|map|filter|memoryview|system|popen\w*|spawn\w*|fork\w*|load|loads|load_module|run\w*|call|check_\w+|__\w+__)$/

/** Helpers of many modules that run a program and hand back what it printed. */
const COMMANDS = /(?:^|_)(?:command|cmd|stdout|shell|pager)(?:_|$)/i

/** Judges one import. A name with a dot reaches through attributes and is never innocuous. */
export function judgeImport(module: string, name: string): ImportSafety {
  if (SAFE.has(`${module} ${name}`)) return 'innocuous'
  if (name.includes('.')) return 'dangerous'
  const parts = module.split('.')
  for (let count = parts.length; count > 0; count--) {
    if (DANGEROUS_MODULES.has(parts.slice(0, count).join('.'))) return 'dangerous'
  }
  if (module.startsWith('_') || DANGEROUS_NAMES.test(name) || COMMANDS.test(name)) return 'dangerous'
  return 'suspicious'
}
