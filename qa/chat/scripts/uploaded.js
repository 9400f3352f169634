// The names that files have where they come from; Gradio's paths lack what is not allowed in them.
(files, names, ...rest) => [files, JSON.stringify((files || []).map((file) => file.orig_name)), ...rest];
