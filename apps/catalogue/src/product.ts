import * as v from 'valibot'

/** A product of the API. Unknown fields are dropped. */
export const product = v.object({
  id: v.number(),
  name: v.string(),
  category: v.string(),
  price: v.number(),
  currency: v.string(),
  stock: v.number(),
  rating: v.number(),
  tags: v.array(v.string()),
  updated_at: v.string(),
})

export type Product = v.InferOutput<typeof product>

/** Fields of a product; the API fills in defaults for missing ones. */
export type ProductFields = Pick<Product, 'name'> &
  Partial<Pick<Product, 'category' | 'price' | 'stock' | 'rating' | 'tags'>>

/** A page of products; `total` counts the products on all pages. */
export const productPage = v.object({ items: v.array(product), page: v.number(), total: v.number() })

export type ProductPage = v.InferOutput<typeof productPage>
