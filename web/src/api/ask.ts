import { request } from "./request";
import type { components, paths } from "./schema";

/** What the server's own description calls its types. */
export type Schemas = components["schemas"];

interface AnswersJson {
  readonly parameters: { readonly query?: object | undefined; readonly path?: object | undefined };
  readonly responses: { readonly 200: { readonly content: { readonly "application/json": unknown } } };
}
/** The paths of the server that answer a question with JSON. */
type Path = { [P in keyof paths]: paths[P] extends { readonly get: AnswersJson } ? P : never }[keyof paths];
type Get<P extends Path> = paths[P] extends { readonly get: infer G extends AnswersJson } ? G : never;
type Answer<P extends Path> = Get<P>["responses"][200]["content"]["application/json"];
type Query<P extends Path> = NonNullable<Get<P>["parameters"]["query"]>;
type Named<P extends Path> = NonNullable<Get<P>["parameters"]["path"]>;

interface Question<P extends Path> {
  /** The parts of the path that are in braces. */
  readonly path?: Named<P>;
  readonly query?: Query<P>;
  readonly signal?: AbortSignal | undefined;
}

/** Asks the server as it describes itself in its OpenAPI document, of which the types here are made. */
export function ask<P extends Path>(path: P, { path: named, query, signal }: Question<P>): Promise<Answer<P>> {
  const values: Readonly<Record<string, unknown>> = { ...named };
  const filled = path.slice(1).replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
  return request<Answer<P>>(filled, { ...query }, signal);
}
