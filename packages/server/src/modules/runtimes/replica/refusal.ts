/** A refusal in OpenAI's shape: status, message, the parameter at fault, a machine code. */
export class ReplicaRefusal extends Error {
  readonly status: number
  readonly param: string | null
  readonly code: string

  constructor(status: number, message: string, param: string | null, code: string) {
    super(message)
    this.name = 'ReplicaRefusal'
    this.status = status
    this.param = param
    this.code = code
  }
}

export function invalid(param: string, message: string): ReplicaRefusal {
  return new ReplicaRefusal(400, message, param, 'invalid_value')
}

export function unsupported(param: string, why = 'this model cannot honour it'): ReplicaRefusal {
  return new ReplicaRefusal(400, `Unsupported parameter '${param}': ${why}.`, param, 'unsupported_parameter')
}

export function wrongTask(task: string): ReplicaRefusal {
  return new ReplicaRefusal(400, `This model does not do ${task}.`, 'model', 'unsupported_task')
}

/** The error body every OpenAI client reads: all four keys, null allowed. */
export function errorBody(error: unknown): { status: number; body: { error: Record<string, unknown> } } {
  if (error instanceof ReplicaRefusal) {
    const type =
      error.status === 503 ? 'server_overloaded' : error.status >= 500 ? 'server_error' : 'invalid_request_error'
    return {
      status: error.status,
      body: { error: { message: error.message, type, param: error.param, code: error.code } },
    }
  }
  return {
    status: 500,
    body: {
      error: { message: 'The model failed on this request.', type: 'server_error', param: null, code: 'runtime_error' },
    },
  }
}
