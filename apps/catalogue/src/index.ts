export { type AllProductsOptions, Catalogue, type CatalogueOptions } from './catalogue.ts'
export type { Product, ProductFields, ProductPage } from './product.ts'
