import { Converter, ReflectionKind } from 'typedoc'

/** Leaves out how errors are constructed: users catch errors, they do not make them. */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    for (const reflection of context.project.getReflectionsByKind(ReflectionKind.Constructor)) {
      if (isError(reflection.parent)) context.project.removeReflection(reflection)
    }
  })
}

function isError(reflection) {
  return /Error$/.test(reflection?.name ?? '')
}
