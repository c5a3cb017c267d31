# tests/reference/reml_book.R - a REML mixed model for repeated measures, by the book: residuals of every respondent,
# and no sums over patterns. For reml.R and studies.R, which source it. Base R.

# ---- by the book -----------------------------------------------------------------------------
# V and its derivatives. Parameters: UN the elements, by columns of the lower triangle; CSH SDs and
# correlation; CS variance and covariance.
v_of <- function(structure, p, k) switch(structure,
    un = { v <- matrix(0, k, k); v[lower.tri(v, TRUE)] <- p; v + t(v) - diag(diag(v), k) },
    csh = outer(p[1:k], p[1:k]) * (p[k + 1] + diag(1 - p[k + 1], k)),
    cs = p[2] + diag(p[1], k))
dv_of <- function(structure, p, k) switch(structure,
    un = { at <- which(lower.tri(diag(k), TRUE), arr.ind = TRUE)
        lapply(seq_len(nrow(at)), function(i) {
            d <- matrix(0, k, k); d[at[i, 1], at[i, 2]] <- d[at[i, 2], at[i, 1]] <- 1; d }) },
    csh = c(lapply(1:k, function(a) { d <- matrix(0, k, k)
            d[a, ] <- p[k + 1] * p[1:k]; d[, a] <- p[k + 1] * p[1:k]; d[a, a] <- 2 * p[a]; d }),
        list(outer(p[1:k], p[1:k]) - diag(p[1:k]^2, k))),
    cs = list(diag(k), matrix(1, k, k)))
pd <- function(v) all(is.finite(v)) && min(eigen(cov2cor(v), TRUE, TRUE)$values) > 1e-12

# Everything at one V. Rows are respondents, or kinds of respondents with a count.
at <- function(y, count, v, dv = NULL)
{
    k <- ncol(y); q <- length(dv)
    A <- matrix(0, k, k); b <- numeric(k); log_det <- 0
    has <- lapply(seq_len(nrow(y)), function(i) which(!is.na(y[i, ])))
    for (i in seq_len(nrow(y))) {
        X <- diag(k)[has[[i]], , drop = FALSE]; Vi <- v[has[[i]], has[[i]], drop = FALSE]
        A <- A + count[i] * t(X) %*% solve(Vi) %*% X
        b <- b + count[i] * t(X) %*% solve(Vi, y[i, has[[i]]])
        log_det <- log_det + count[i] * c(determinant(Vi)$modulus)
    }
    Phi <- solve(A); mu <- c(Phi %*% b); squares <- 0
    P <- replicate(q, matrix(0, k, k), FALSE)
    Q <- matrix(list(), q, q); score <- numeric(q); info <- matrix(0, q, q)
    for (i in seq_len(q)) for (j in seq_len(q)) Q[[i, j]] <- matrix(0, k, k)
    # What does not depend on the scores is the same for all with the same stages.
    set <- match(sapply(has, paste, collapse = " "), unique(sapply(has, paste, collapse = " ")))
    for (g in unique(set)) {
        i <- match(g, set); n <- sum(count[set == g])
        X <- diag(k)[has[[i]], , drop = FALSE]; W <- solve(v[has[[i]], has[[i]], drop = FALSE])
        D <- lapply(dv, function(d) d[has[[i]], has[[i]], drop = FALSE])
        WD <- lapply(D, function(d) W %*% d)
        for (j in which(set == g)) {
            r <- y[j, has[[i]]] - mu[has[[i]]]
            squares <- squares + count[j] * c(t(r) %*% W %*% r)
            for (a in seq_len(q)) score[a] <- score[a] + count[j] / 2 *
                (c(t(r) %*% WD[[a]] %*% W %*% r) - sum(diag(WD[[a]])))
        }
        for (a in seq_len(q)) {
            P[[a]] <- P[[a]] - n * t(X) %*% WD[[a]] %*% W %*% X
            for (c in seq_len(q)) {
                Q[[a, c]] <- Q[[a, c]] + n * t(X) %*% WD[[a]] %*% WD[[c]] %*% W %*% X
                info[a, c] <- info[a, c] + n / 2 * sum(WD[[a]] * t(WD[[c]]))
            }
        }
    }
    for (a in seq_len(q)) {
        score[a] <- score[a] - sum(diag(Phi %*% P[[a]])) / 2
        for (c in seq_len(q)) info[a, c] <- info[a, c] - sum(diag(Phi %*% Q[[a, c]])) +
            sum(diag(Phi %*% P[[a]] %*% Phi %*% P[[c]])) / 2
    }
    n <- sum(count * rowSums(!is.na(y)))
    list(mu = mu, Phi = Phi, P = P, Q = Q, score = score, info = info,
         loglik = -((n - k) * log(2 * pi) + log_det + c(determinant(A)$modulus) + squares) / 2)
}

fisher <- function(y, count, structure)
{
    k <- ncol(y)
    variance <- mean(apply(y, 2, var, na.rm = TRUE))
    p <- switch(structure, un = (0.5 * variance * (1 + diag(k)))[lower.tri(diag(k), TRUE)],
                csh = c(sqrt(apply(y, 2, var, na.rm = TRUE)), 0.5), cs = c(variance, variance) / 2)
    for (i in 1:2000) {
        here <- at(y, count, v_of(structure, p, k), dv_of(structure, p, k))
        step <- solve(here$info, here$score, tol = 1e-30)
        scaled <- sqrt(sum(step * here$score))
        if (scaled < 1e-11 * sqrt(sum(count))) break
        repeat {
            if (pd(v_of(structure, p + step, k)) && (structure != "csh" || all(p[1:k] + step[1:k] > 0)) &&
                (scaled < 1e-3 || at(y, count, v_of(structure, p + step, k))$loglik > here$loglik)) break
            step <- step / 2
            if (max(abs(step)) < 1e-14) stop("no way on")
        }
        p <- p + step
    }
    stopifnot(i < 2000)
    c(here, list(p = p, v = v_of(structure, p, k), scaled = scaled, k = k))
}

# Kenward & Roger (1997), of structures that are linear; df of one contrast.
kenward_roger <- function(f)
{
    W <- solve(f$info); q <- length(f$P); L <- matrix(0, f$k, f$k)
    for (i in 1:q) for (j in 1:q)
        L <- L + W[i, j] * (f$Q[[i, j]] - f$P[[i]] %*% f$Phi %*% f$P[[j]])
    f$Phi + 2 * f$Phi %*% L %*% f$Phi
}
# The whole route of the paper for one contrast: A1, A2, B, g, c1-c3, E*, V*, rho, m and lambda.
kr_df <- function(f, c)
{
    W <- solve(f$info); q <- length(f$P)
    theta <- outer(c, c) / c(t(c) %*% f$Phi %*% c)
    A1 <- A2 <- 0
    for (i in 1:q) for (j in 1:q) {
        TPi <- theta %*% f$Phi %*% f$P[[i]] %*% f$Phi; TPj <- theta %*% f$Phi %*% f$P[[j]] %*% f$Phi
        A1 <- A1 + W[i, j] * sum(diag(TPi)) * sum(diag(TPj))
        A2 <- A2 + W[i, j] * sum(diag(TPi %*% TPj))
    }
    B <- (A1 + 6 * A2) / 2; g <- (2 * A1 - 5 * A2) / (3 * A2)
    c1 <- g / (3 + 2 * (1 - g)); c2 <- (1 - g) / (3 + 2 * (1 - g)); c3 <- (3 - g) / (3 + 2 * (1 - g))
    E <- 1 / (1 - A2); V <- 2 * (1 + c1 * B) / ((1 - c2 * B)^2 * (1 - c3 * B))
    rho <- V / (2 * E^2); m <- 4 + 3 / (rho - 1); lambda <- m / (E * (m - 2))
    stopifnot(abs(lambda - 1) < 1e-9)
    m
}
# Bell & McCaffrey: CR2 with one respondent a cluster, all matrices in full.
cr2 <- function(f, y, count)
{
    y <- y[rep(seq_len(nrow(y)), count), , drop = FALSE]
    k <- f$k; meat <- matrix(0, k, k); half <- list()
    for (i in seq_len(nrow(y))) {
        has <- which(!is.na(y[i, ])); X <- diag(k)[has, , drop = FALSE]
        V <- f$v[has, has, drop = FALSE]; D <- chol(V)
        e <- eigen(D %*% (V - X %*% f$Phi %*% t(X)) %*% t(D), TRUE)
        values <- ifelse(e$values > 1e-10 * max(e$values), e$values, Inf)
        A <- t(D) %*% e$vectors %*% diag(1 / sqrt(values), length(has)) %*% t(e$vectors) %*% D
        half[[i]] <- t(X) %*% solve(V) %*% A
        r <- y[i, has] - f$mu[has]
        meat <- meat + half[[i]] %*% outer(r, r) %*% t(half[[i]])
    }
    list(v = f$Phi %*% meat %*% f$Phi, half = half, y = y)
}
cr2_df <- function(f, robust, c)
{
    y <- robust$y; n <- nrow(y)
    w <- lapply(seq_len(n), function(i) {
        z <- numeric(f$k); z[!is.na(y[i, ])] <- t(robust$half[[i]]) %*% f$Phi %*% c; z })
    Z <- do.call(cbind, w)
    G <- -t(Z) %*% f$Phi %*% Z
    diag(G) <- diag(G) + sapply(w, function(z) c(t(z) %*% f$v %*% z))
    sum(diag(G))^2 / sum(G^2)
}
