#!/usr/bin/env python3
"""Prints the constants of src/numerics/isa/elementary_inline.h.

Each polynomial minimises the largest weighted error over its interval (the
Remez exchange, on a Chebyshev grid, with 80 digits).  Coefficients are rounded
to double, lowest power first, and where 0 is not inside the interval the rest
are fitted again, so that they mend the rounding.  The error printed is that of the rounded polynomial, as a
power of two, relative to the function it serves.  Needs mpmath; runs in half a minute.
"""
import mpmath as m
from mpmath import mpf

m.mp.dps = 80
TINY = mpf(10) ** -20


def exchange(f, weight, powers, a, b):
    """Coefficients c minimising max |weight(x) (f(x) - sum c_i x^p_i)|."""
    n = len(powers)
    points = 40 * (n + 1)

    def chebyshev(i, count):
        x = (a + b) / 2 - (b - a) / 2 * m.cos(m.pi * i / count)
        return x if abs(x) > TINY else TINY

    grid = [chebyshev(i, points) for i in range(points + 1)]
    fs, ws = [f(x) for x in grid], [weight(x) for x in grid]
    nodes = [20 + round(points * i / (n + 1)) for i in range(n + 1)]
    for _ in range(30):
        A, rhs = m.matrix(n + 1, n + 1), m.matrix(n + 1, 1)
        for row, k in enumerate(nodes):
            for col, p in enumerate(powers):
                A[row, col] = grid[k] ** p
            A[row, n] = (-1) ** row / ws[k]
            rhs[row] = fs[k]
        c = m.lu_solve(A, rhs)
        error = [w * (y - sum(c[j] * x ** p for j, p in enumerate(powers)))
                 for x, y, w in zip(grid, fs, ws)]
        peaks = []
        for k, e in enumerate(error):
            if all(abs(e) >= abs(error[j]) for j in (k - 1, k + 1) if 0 <= j <= points):
                if peaks and (error[peaks[-1]] > 0) == (e > 0):
                    if abs(e) > abs(error[peaks[-1]]):
                        peaks[-1] = k
                else:
                    peaks.append(k)
        while len(peaks) > n + 1:
            peaks.pop(0 if abs(error[peaks[0]]) < abs(error[peaks[-1]]) else -1)
        if len(peaks) <= n:
            raise RuntimeError("the error does not alternate: bad weight or interval")
        nodes = peaks
        if max(map(abs, error)) < mpf("1.01") * min(abs(error[k]) for k in peaks):
            break
    return [c[j] for j in range(n)]


def fit(name, f, weight, n, a, b):
    """Prints n coefficients, lowest power first, rounded to double."""
    done = []
    while len(done) < n:
        def rest(x):
            return f(x) - sum(c * x ** i for i, c in enumerate(done))
        new = [mpf(float(c)) for c in exchange(rest, weight, range(len(done), n), a, b)]
        done += new if a < 0 else new[:1]
    grid = [a + (b - a) * (k + mpf("0.37")) / 2000 for k in range(2000)]
    error = max(abs(weight(x) * (f(x) - sum(c * x ** i for i, c in enumerate(done))))
                for x in grid)
    print(f"{name}: error 2^{m.nstr(m.log(error, 2), 4)}")
    for c in done:
        print("   ", float(c).hex())


def parts(name, value, bits):
    """Prints value as a sum of doubles whose first ones have that many bits."""
    print(name)
    for n in bits:
        exponent = int(m.floor(m.log(abs(value), 2))) + 1 - n
        part = m.nint(value / mpf(2) ** exponent) * mpf(2) ** exponent
        print("   ", float(part).hex())
        value -= part


def main():
    margin = mpf("1.0001")

    h = m.log(2) / 2 * margin
    # The weight is the error relative to exp, and nearly relative to expm1.
    fit("exp: (e^r - 1 - r) / r^2", lambda r: (m.expm1(r) - r) / r ** 2,
        lambda r: m.sqrt(r * r + mpf("0.003")), 11, -h, h)

    s = (m.sqrt(2) - 1) / (m.sqrt(2) + 1) * margin
    atanh2 = lambda z: m.log((1 + m.sqrt(z)) / (1 - m.sqrt(z)))
    fit("log: (log ((1+s)/(1-s)) / s - 2) / s^2 in s^2",
        lambda z: (atanh2(z) / m.sqrt(z) - 2) / z,
        lambda z: z * m.sqrt(z) / atanh2(z), 7, mpf(10) ** -12, s * s)

    q = m.pi / 4 * margin
    fit("sin: (sin (r) - r) / r^3 in r^2",
        lambda z: (m.sin(m.sqrt(z)) / m.sqrt(z) - 1) / z,
        lambda z: z * m.sqrt(z) / m.sin(m.sqrt(z)), 6, mpf(10) ** -10, q * q)
    fit("cos: (cos (r) - 1 + r^2/2) / r^4 in r^2",
        lambda z: (m.cos(m.sqrt(z)) - 1 + z / 2) / z ** 2,
        lambda z: z * z / m.cos(m.sqrt(z)), 6, mpf(10) ** -10, q * q)

    edge = mpf(1)
    fit("erf below 1: erf (x) / x - 1 in x^2",
        lambda z: m.erf(m.sqrt(z)) / m.sqrt(z) - 1,
        lambda z: m.sqrt(z) / m.erf(m.sqrt(z)), 13, mpf(10) ** -12, edge * edge)
    x = lambda t: 3 * (1 + t) / (1 - t)
    fit("erf above 1: exp (x^2) erfc (x) (x+3) in t = (x-3)/(x+3)",
        lambda t: m.exp(x(t) ** 2) * m.erfc(x(t)) * (x(t) + 3),
        lambda t: m.exp(-x(t) ** 2) / (x(t) + 3) / m.erf(x(t)) + mpf(10) ** -4,
        14, (edge - 3) / (edge + 3), mpf("0.334"))

    parts("ln 2", m.log(2), [42, 53])
    parts("pi/2", m.pi / 2, [33, 33, 53])
    parts("pi/2", m.pi / 2, [53, 53])
    print("1/ln 2", float(1 / m.log(2)).hex(), " 2/pi", float(2 / m.pi).hex())
    bits = int(m.floor(2 / m.pi * mpf(2) ** 256))
    print("2/pi, first 256 bits:")
    for k in range(8):
        print(f"    0x{(bits >> (256 - 32 * (k + 1))) & 0xffffffff:08x}")


if __name__ == "__main__":
    main()
