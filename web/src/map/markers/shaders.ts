/** The progress of a glide, as `progress` in motion.ts; more than 1 while the marker continues after its end. */
export const PART = `
float part(float elapsed, float duration, float overrun) {
  return duration <= 0.0 ? 1.0 : clamp(elapsed / duration, 0.0, 1.0 + overrun / duration);
}`;

/** Throws where the graphics card refuses it. */
export function linkProgram(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error("expected a shader from the graphics card, got none");
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    throw new Error(`the graphics card refuses to draw markers: ${gl.getProgramInfoLog(program) ?? "it says nothing"}`);
  }
  return program;
}

/** By their names. One that the program does not use is null, and setting it does nothing. */
export function uniformLocations<Name extends string>(
  gl: WebGL2RenderingContext,
  program: WebGLProgram,
  names: readonly Name[],
): Readonly<Record<Name, WebGLUniformLocation | null>> {
  const locations = names.map((name) => [name, gl.getUniformLocation(program, name)]);
  return Object.fromEntries(locations) as Record<Name, WebGLUniformLocation | null>;
}
