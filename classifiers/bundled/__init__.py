"""The bundled model: one small encoder, read by onnxruntime, mixed with the keyword floor."""
