using MathNet.Numerics.LinearAlgebra;
using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Switchbacks;

/// <summary>Which constants a regression takes out.</summary>
public enum FixedEffects
{
    /// <summary>One constant.</summary>
    None,

    /// <summary>One per cluster.</summary>
    Cluster,

    /// <summary>One per cluster and one per period.</summary>
    TwoWay,
}

/// <summary>Least squares on cells with fixed effects, and every standard error of one linear combination of the slopes.</summary>
/// <remarks>
/// Names: OLS, HC1; CR0, CR1 (Stata's factor), CR2 (Bell and McCaffrey, Survey Methodology 28, 2002, with pseudo-inverses as in Pustejovsky and
/// Tipton, JBES 2018), CR3 (jackknife form); Newey and West, Econometrica 55, 1987, within clusters, Bartlett weights; Driscoll and Kraay, Review
/// of Economics and Statistics 80, 1998; two-way clusters as Cameron, Gelbach and Miller, JBES 29, 2011. Cost: cells × columns² once, and per cluster the cube of its cells for CR2 and CR3.
/// </remarks>
public sealed class PanelRegression
{
    private const double Tiny = 1e-9;
    private readonly SwitchbackCells _cells;
    private readonly List<double[]> _basis;
    private readonly double[] _residuals;
    private readonly double[] _weights;

    private PanelRegression(SwitchbackCells cells, List<double[]> basis, double[] residuals, double[] weights, double value)
        => (_cells, _basis, _residuals, _weights, Value) = (cells, basis, residuals, weights, value);

    /// <summary>The combination of the slopes.</summary>
    public double Value { get; }

    /// <summary>Weight of each cell in <see cref="Value"/>.</summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <summary>What the fit leaves of each cell.</summary>
    public IReadOnlyList<double> Residuals => _residuals;

    /// <summary>Clusters with cells.</summary>
    public int ClusterCount => _cells.Rows.Count(rows => rows.Length > 0);

    /// <summary>Number of columns of the design, collinear ones left out.</summary>
    public int Rank => _basis.Count;

    /// <summary>Fits the values on regressors and constants.</summary>
    /// <param name="cells">The cells.</param>
    /// <param name="values">The outcome of each cell.</param>
    /// <param name="effects">Constants to take out.</param>
    /// <param name="regressors">Columns of values; default: the arm.</param>
    /// <param name="combination">The combination of their slopes; default: their sum.</param>
    /// <returns>Null when the regressors do not vary beyond the constants.</returns>
    public static PanelRegression? Fit(SwitchbackCells cells, double[] values, FixedEffects effects, double[][]? regressors = null, double[]? combination = null)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentNullException.ThrowIfNull(values);
        regressors ??= [[.. cells.Arm.Select(arm => (double)arm)]];
        combination ??= [.. regressors.Select(_ => 1.0)];
        var basis = Constants(cells, effects);
        double[][] rest = [.. regressors.Select(column => Project(column, basis))];
        if (Combine(rest, regressors, combination) is not { } weights)
        {
            return null;
        }

        foreach (var column in rest)
        {
            Extend(basis, column);
        }

        return new PanelRegression(cells, basis, Project(values, basis), weights, Dot(weights, values));
    }

    /// <summary>The classical standard error.</summary>
    public double Ols() => Math.Sqrt(Dot(_residuals, _residuals) / (_cells.Count - Rank) * Dot(_weights, _weights));

    /// <summary>Robust to unequal variances, with the factor n/(n − k).</summary>
    public double Hc1()
    {
        double sum = 0;
        for (var i = 0; i < _weights.Length; i++)
        {
            sum += Square(_weights[i] * _residuals[i]);
        }

        return Math.Sqrt(sum * _cells.Count / (_cells.Count - Rank));
    }

    /// <summary>Clustered, without correction.</summary>
    public double Cr0() => Math.Sqrt(ClusteredBy(_cells.Cluster));

    /// <summary>Clustered, with the factor C/(C − 1) · (n − 1)/(n − k).</summary>
    public double Cr1() => Math.Sqrt(ClusteredBy(_cells.Cluster) * SmallSample(ClusterCount));

    /// <summary>Clustered by cluster and by period: V_c + V_t − V_ct. Needed when schedules share switch times.</summary>
    public double TwoWay()
    {
        double byCluster = ClusteredBy(_cells.Cluster) * Factor(ClusterCount), byPeriod = ClusteredBy(_cells.Period) * Factor(_cells.PeriodCount), both = 0;
        for (var i = 0; i < _weights.Length; i++)
        {
            both += Square(_weights[i] * _residuals[i]);
        }

        var variance = byCluster + byPeriod - both * Factor(_cells.Count);
        // The difference of estimates may be negative; the larger one-way estimate is then the honest bound.
        return Math.Sqrt(variance > 0 ? variance : Math.Max(byCluster, byPeriod));
    }

    /// <summary>Newey and West within clusters: Bartlett weights up to <paramref name="lags"/>; a missing period breaks a lag.</summary>
    public double NeweyWest(int lags)
    {
        double sum = 0;
        foreach (var rows in _cells.Rows)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                var score = _weights[rows[i]] * _residuals[rows[i]];
                sum += score * score;
                for (var j = i - 1; j >= 0 && _cells.Period[rows[i]] - _cells.Period[rows[j]] <= lags; j--)
                {
                    var lag = _cells.Period[rows[i]] - _cells.Period[rows[j]];
                    sum += 2 * (1 - lag / (lags + 1.0)) * score * _weights[rows[j]] * _residuals[rows[j]];
                }
            }
        }

        return sum > 0 ? Math.Sqrt(sum) : double.NaN;
    }

    /// <summary>Driscoll and Kraay: Newey and West on the sums of each period's scores over all clusters. Right under shocks that are common to clusters and last; needs many periods.</summary>
    /// <param name="lags">Periods that may depend on each other, 0 or more; a missing period breaks a lag.</param>
    public double DriscollKraay(int lags)
    {
        var scores = new SortedDictionary<int, double>();
        for (var i = 0; i < _weights.Length; i++)
        {
            scores[_cells.Period[i]] = scores.GetValueOrDefault(_cells.Period[i]) + _weights[i] * _residuals[i];
        }

        double sum = 0;
        foreach (var (period, score) in scores)
        {
            sum += score * score;
            for (var lag = 1; lag <= lags; lag++)
            {
                sum += 2 * (1 - lag / (lags + 1.0)) * score * scores.GetValueOrDefault(period - lag);
            }
        }

        return sum > 0 ? Math.Sqrt(sum) : double.NaN;
    }

    /// <summary>Bias-reduced clustered standard error (CR2) with Satterthwaite's degrees of freedom.</summary>
    public (double StandardError, double DegreesOfFreedom) Cr2() => Corrected(-0.5);

    /// <summary>The jackknife form (CR3) with Satterthwaite's degrees of freedom.</summary>
    public (double StandardError, double DegreesOfFreedom) Cr3() => Corrected(-1);

    /// <summary>An estimate by CR2 and Satterthwaite, the default.</summary>
    public Estimate ByCr2(Level level)
    {
        var (error, df) = Cr2();
        return Estimate.FromT(Value, error, df, level, "clusters are independent, and so are their schedules; many or few of them");
    }

    /// <summary>Sum of weight × residual per cluster: the parts of the clustered variance.</summary>
    internal double[] ScoresByCluster() => [.. _cells.Rows.Select(rows => rows.Sum(i => _weights[i] * _residuals[i]))];

    /// <summary>The arm after the constants were taken out.</summary>
    internal static double[] ResidualArm(SwitchbackCells cells, FixedEffects effects) => Project([.. cells.Arm.Select(arm => (double)arm)], Constants(cells, effects));

    internal static double Dot(double[] a, double[] b) => System.Numerics.Tensors.TensorPrimitives.Dot<double>(a, b);

    // (I − H_cc)^power applied to each cluster's weights; degrees of freedom under independent equal errors.
    private (double, double) Corrected(double power)
    {
        var projections = new List<double[]>();
        var squares = new List<double>();
        double variance = 0;
        foreach (var rows in _cells.Rows.Where(rows => rows.Length > 0))
        {
            var adjusted = Adjust(rows, power);
            double score = 0;
            for (var i = 0; i < rows.Length; i++)
            {
                score += adjusted[i] * _residuals[rows[i]];
            }

            variance += score * score;
            squares.Add(Dot(adjusted, adjusted));
            projections.Add([.. _basis.Select(column => rows.Select((row, i) => column[row] * adjusted[i]).Sum())]);
        }

        double trace = 0, total = 0;
        for (var c = 0; c < squares.Count; c++)
        {
            for (var d = 0; d < squares.Count; d++)
            {
                var entry = (c == d ? squares[c] : 0) - Dot(projections[c], projections[d]);
                trace += c == d ? entry : 0;
                total += entry * entry;
            }
        }

        return (Math.Sqrt(variance), total > 0 ? trace * trace / total : double.NaN);
    }

    // (I − QQ')^power w through the eigenvectors of QQ' or of Q'Q, whichever is smaller: both have the same values other than 0.
    private double[] Adjust(int[] rows, double power)
    {
        double[][] columns = [.. _basis.Select(column => rows.Select(row => column[row]).ToArray()).Where(column => column.Any(value => value != 0))];
        double[] weights = [.. rows.Select(row => _weights[row])];
        var isWide = columns.Length >= rows.Length;
        var size = isWide ? rows.Length : columns.Length;
        double[][] vectors = isWide ? [.. rows.Select((_, i) => columns.Select(column => column[i]).ToArray())] : columns;
        var gram = Matrix<double>.Build.Dense(size, size, (i, j) => Dot(vectors[i], vectors[j]));
        var eigen = gram.Evd(Symmetricity.Symmetric);
        var start = isWide ? weights : [.. columns.Select(column => Dot(column, weights))];
        var change = new double[size];
        for (var k = 0; k < size; k++)
        {
            var value = eigen.EigenValues[k].Real;
            // Directions that the design explains wholly are projected out: the pseudo-inverse.
            var factor = 1 - value <= Tiny ? -1 : Math.Pow(1 - value, power) - 1;
            if (value <= Tiny)
            {
                continue;
            }

            double along = 0;
            for (var i = 0; i < size; i++)
            {
                along += eigen.EigenVectors[i, k] * start[i];
            }

            for (var i = 0; i < size; i++)
            {
                change[i] += along * factor / (isWide ? 1 : value) * eigen.EigenVectors[i, k];
            }
        }

        return [.. weights.Select((weight, i) => weight + (isWide ? change[i] : columns.Select((column, k) => column[i] * change[k]).Sum()))];
    }

    private double ClusteredBy(int[] groups)
    {
        var sums = new Dictionary<int, double>();
        for (var i = 0; i < groups.Length; i++)
        {
            sums[groups[i]] = sums.GetValueOrDefault(groups[i]) + _weights[i] * _residuals[i];
        }

        return sums.Values.Sum(sum => sum * sum);
    }

    private static double Factor(int groups) => groups < 2 ? double.NaN : groups / (groups - 1.0);

    private double SmallSample(int groups) => Factor(groups) * (_cells.Count - 1.0) / (_cells.Count - Rank);

    // Weights of the cells in the combination of slopes: W̃ (W̃'W̃)⁻¹ c.
    private static double[]? Combine(double[][] rest, double[][] original, double[] combination)
    {
        var cross = Matrix<double>.Build.Dense(rest.Length, rest.Length, (i, j) => Dot(rest[i], rest[j]));
        for (var i = 0; i < rest.Length; i++)
        {
            if (!(cross[i, i] > Tiny * Math.Max(1e-300, Dot(original[i], original[i]))))
            {
                return null;
            }
        }

        if (rest.Length > 1 && !(cross.ConditionNumber() < 1e10))
        {
            return null;
        }

        var slopes = cross.Solve(Vector<double>.Build.Dense(combination));
        var weights = new double[rest[0].Length];
        for (var k = 0; k < rest.Length; k++)
        {
            for (var i = 0; i < weights.Length; i++)
            {
                weights[i] += slopes[k] * rest[k][i];
            }
        }

        return weights;
    }

    private static List<double[]> Constants(SwitchbackCells cells, FixedEffects effects)
    {
        var basis = new List<double[]>();
        if (effects == FixedEffects.None)
        {
            Extend(basis, [.. Enumerable.Repeat(1.0, cells.Count)]);
            return basis;
        }

        foreach (var rows in cells.Rows.Where(rows => rows.Length > 0))
        {
            var column = new double[cells.Count];
            foreach (var row in rows)
            {
                column[row] = 1 / Math.Sqrt(rows.Length);
            }

            basis.Add(column);
        }

        if (effects == FixedEffects.TwoWay)
        {
            foreach (var period in cells.Period.Distinct().Order())
            {
                Extend(basis, Project([.. cells.Period.Select(p => p == period ? 1.0 : 0)], basis));
            }
        }

        return basis;
    }

    // Twice, as one pass of Gram and Schmidt loses orthogonality (Giraud et al. 2005: "twice is enough").
    private static double[] Project(double[] column, List<double[]> basis)
    {
        double[] rest = [.. column];
        for (var pass = 0; pass < 2; pass++)
        {
            foreach (var direction in basis)
            {
                var along = Dot(direction, rest);
                for (var i = 0; i < rest.Length; i++)
                {
                    rest[i] -= along * direction[i];
                }
            }
        }

        return rest;
    }

    private static void Extend(List<double[]> basis, double[] rest)
    {
        rest = Project(rest, basis);
        var length = Math.Sqrt(Dot(rest, rest));
        if (length > Tiny)
        {
            basis.Add([.. rest.Select(value => value / length)]);
        }
    }

    private static double Square(double value) => value * value;
}
