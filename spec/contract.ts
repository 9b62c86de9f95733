/** One operation of a document, as the dispatcher needs it at run time. Generated from the YAML. */
export interface OperationFacts {
  readonly id: string;
  readonly method: string;
  /** Path template, for example `/credit-entitlements/{id}`. */
  readonly path: string;
  readonly query: { readonly [name: string]: QueryParameter };
  /** Fields of the JSON body; `null` when the operation takes none. */
  readonly body: FieldTree | null;
  readonly isBodyRequired: boolean;
  /** Whether it answers without a key. */
  readonly isPublic: boolean;
  /** What it takes and does nothing with. */
  readonly withoutEffect: readonly FieldWithoutEffect[];
}

/** A field of a body, or a query parameter, that is taken and does nothing. */
export interface FieldWithoutEffect {
  readonly in: "body" | "query";
  /** Names from the outside in; a list on the way is gone through. */
  readonly path: readonly string[];
  readonly why: string;
  /** The value that asks for nothing, beside null and an empty list. */
  readonly usual?: string | number | boolean;
}

/** How one query parameter is read. */
export interface QueryParameter {
  readonly type: "integer" | "boolean" | "string" | "date-time";
  readonly minimum?: number;
  readonly maximum?: number;
  /** Most characters of a text. */
  readonly maxLength?: number;
  readonly values?: readonly string[];
  readonly defaultValue?: string | number | boolean;
  /** Whether an empty value stands for null. */
  readonly isNullable?: boolean;
  /** Status of an answer to a value that cannot be read. */
  readonly invalidStatus: 400 | 422;
}

/** The names a JSON object (or each object of an array) may carry, for pointing at the ones it should not. */
export interface FieldTree {
  /** Known fields; a nested tree where the field is an object or an array of objects of known shape. */
  readonly fields: { readonly [name: string]: FieldTree | null };
  /** Where the object has several shapes, each by its `type`; `fields` are those of all. */
  readonly byType?: { readonly [type: string]: FieldTree | null };
  /** Names that older guides use, with the name they became. */
  readonly aliases: { readonly [name: string]: string };
  /** By field: values that older guides use, with the value they became. */
  readonly valueAliases: { readonly [field: string]: { readonly [value: string]: string } };
}

/** A JSON Schema check compiled ahead of time: whether the value passes and, if not, why. */
export interface Validator {
  (value: unknown): boolean;
  errors?: readonly ValidationError[] | null;
}

/** One reason a value does not pass, as Ajv reports it. */
export interface ValidationError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: { readonly [name: string]: unknown };
  /** The name of an entry that a rule for names refuses. */
  readonly propertyName?: string;
}

/** An operation of the vendor's API that the sandbox does not serve. */
export interface NotServed {
  readonly method: string;
  readonly path: string;
}

/** Whether a rule rests on an official source, on one of several that disagree, or on our own reading. */
export type Basis = "documented" | "conflicting" | "inferred";
