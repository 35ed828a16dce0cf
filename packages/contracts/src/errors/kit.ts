/** Refusals any route may give, whatever its module. */
export const KIT_ERRORS = {
  MisdirectedRequest: {
    status: 421,
    message: 'This server does not answer to this host name. Its operator sets it with STOA_PUBLIC_URL or STOA_HOSTS.',
  },
  InvalidRequest: { status: 400, message: 'The request is not valid.' },
  InvalidBody: { status: 400, message: 'The request body could not be read.' },
  BodyTooLarge: { status: 413, message: 'The request body is larger than this route takes.' },
  UnsupportedMediaType: { status: 415, message: 'This content type is not understood here.' },
  NotFound: { status: 404, message: 'Nothing is here.' },
  MethodNotAllowed: { status: 405, message: 'This method is not answered here.' },
  RangeNotSatisfiable: { status: 416, message: 'The requested range is outside of the file.' },
  RateLimited: { status: 429, message: 'Too many requests. Wait and try again.' },
  Conflict: { status: 409, message: 'The change conflicts with what is stored.' },
  StorageFull: { status: 507, message: 'The disk of this server is full. An operator must free space.' },
  Unavailable: { status: 503, message: 'The server cannot answer this now. Try again shortly.' },
  Internal: { status: 500, message: 'Something went wrong here. The request id names the log entry.' },
} as const
