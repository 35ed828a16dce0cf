/** Refusals of the inference module. */
export const INFERENCE_ERRORS = {
  ModelNotFound: { status: 404, message: 'The model does not exist or you may not call it.' },
  ModelLoading: { status: 503, message: 'The model is still loading. Try again shortly.' },
  ModelFailed: { status: 503, message: 'The model could not be started.' },
  ModelTooLarge: { status: 503, message: 'The model needs more memory than this server gives to models.' },
  ModelNotServable: { status: 400, message: 'No runtime here can serve this model.' },
  TaskNotSupported: { status: 400, message: 'This model does not do that task.' },
  UnreadableCall: { status: 400, message: 'The request body cannot be followed.' },
  UpstreamFailed: { status: 502, message: 'The provider of this model failed. Nothing was charged.' },
  UpstreamTimeout: { status: 504, message: 'The provider of this model did not answer in time. Nothing was charged.' },
  TooManyOpenCalls: { status: 429, message: 'Too many calls are open at once. Wait for some to end.' },
  ServerOverloaded: { status: 503, message: 'The server has no room for another call. Try again shortly.' },
  SandboxTooWeak: { status: 503, message: 'This server has no sandbox strong enough to run this model.' },
  EndpointNotFound: { status: 404, message: 'Endpoint not found' },
} as const
