"""Linear: every number is a row of weights times a row of inputs, or a sum over instances or neurons."""

from gradiente.trace.terms import Around, Index, Opening, opening, term


def output(at: Around, index: Index) -> Opening:
    """z[i,j] = Σₖ w[j,k]·x[i,k] + b[j]"""
    i, j = index
    w = at.parameters["weight"]
    terms = [term(w[j, k], at.x[i, k]) for k in range(at.layer.in_features)]
    if at.layer.bias:
        terms.append(term(at.parameters["bias"][(j,)]))
    return opening(terms)


def input_gradient(at: Around, index: Index) -> Opening:
    """∂J/∂x[i,k] = Σⱼ δ[i,j]·w[j,k]"""
    i, k = index
    w = at.parameters["weight"]
    return opening([term(at.delta[i, j], w[j, k]) for j in range(at.layer.out_features)])


def weight(at: Around, index: Index) -> Opening:
    """∂J/∂w[j,k] = Σᵢ δ[i,j]·x[i,k]"""
    j, k = index
    return opening([term(at.delta[i, j], at.x[i, k]) for i in range(len(at.x.values))])


def bias(at: Around, index: Index) -> Opening:
    """∂J/∂b[j] = Σᵢ δ[i,j]"""
    (j,) = index
    return opening([term(at.delta[i, j]) for i in range(len(at.x.values))])
