const LABELS: Readonly<Record<string, string>> = {
  transformers: 'Transformers',
  'transformers.js': 'Transformers.js',
  diffusers: 'Diffusers',
  'sentence-transformers': 'Sentence Transformers',
  peft: 'PEFT',
  gguf: 'GGUF',
  onnx: 'ONNX',
  safetensors: 'Safetensors',
  pytorch: 'PyTorch',
  tf: 'TensorFlow',
  jax: 'JAX',
  keras: 'Keras',
  tflite: 'TF Lite',
  mlx: 'MLX',
  coreml: 'Core ML',
  openvino: 'OpenVINO',
  timm: 'timm',
  sklearn: 'Scikit-learn',
  spacy: 'spaCy',
  flair: 'Flair',
  nemo: 'NeMo',
  speechbrain: 'SpeechBrain',
  setfit: 'SetFit',
  open_clip: 'OpenCLIP',
  'stable-baselines3': 'Stable-Baselines3',
  'ml-agents': 'ML-Agents',
  fastai: 'fastai',
  paddlenlp: 'PaddleNLP',
  'adapter-transformers': 'Adapters',
}

/** How people write the name of a library or file format; its id when no other way is known. */
export function libraryLabel(id: string): string {
  return Object.hasOwn(LABELS, id) ? (LABELS[id] ?? id) : id
}
