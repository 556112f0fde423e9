import { request } from "./request";
import type { components, paths } from "./schema";

/** The types of the server's OpenAPI document. */
export type Schemas = components["schemas"];

interface JsonOperation {
  readonly parameters: { readonly query?: object | undefined; readonly path?: object | undefined };
  readonly responses: { readonly 200: { readonly content: { readonly "application/json": unknown } } };
}
/** The paths that answer a GET request with JSON. */
type Path = { [P in keyof paths]: paths[P] extends { readonly get: JsonOperation } ? P : never }[keyof paths];
type GetOperation<P extends Path> = paths[P] extends { readonly get: infer G extends JsonOperation } ? G : never;
type ResponseBody<P extends Path> = GetOperation<P>["responses"][200]["content"]["application/json"];
type QueryParameters<P extends Path> = NonNullable<GetOperation<P>["parameters"]["query"]>;
type PathParameters<P extends Path> = NonNullable<GetOperation<P>["parameters"]["path"]>;

interface GetOptions<P extends Path> {
  /** The parts of the path that are in braces. */
  readonly path?: PathParameters<P>;
  readonly query?: QueryParameters<P>;
  readonly signal?: AbortSignal | undefined;
}

/** Sends a GET request. The types come from the server's OpenAPI document. */
export function getJson<P extends Path>(
  path: P,
  { path: named, query, signal }: GetOptions<P>,
): Promise<ResponseBody<P>> {
  const values: Readonly<Record<string, unknown>> = { ...named };
  const filled = path.slice(1).replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
  return request<ResponseBody<P>>(filled, { ...query }, signal);
}
