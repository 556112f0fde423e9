// The bundle for browsers is not in the package's own types.
declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  export { SwaggerUIBundle as default } from "swagger-ui-dist";
}
