/** The page at /docs: the server's OpenAPI document, to read and to try. */
import "swagger-ui-dist/swagger-ui.css";
import SwaggerUIBundle from "swagger-ui-dist/swagger-ui-es-bundle.js";

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#interface",
  // By default it calls a validator on another server.
  validatorUrl: null,
});
