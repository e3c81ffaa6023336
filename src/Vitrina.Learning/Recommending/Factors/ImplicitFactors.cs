using Vitrina.Engine.Models.Factors;
using Vitrina.Kernels.Chance;

namespace Vitrina.Learning.Recommending.Factors;

/// <summary>Trains factors of users and items from implicit feedback by alternating least squares.</summary>
/// <remarks>The objective and its sources stand at <see cref="FactorModel"/>. Same data, options and seed give the same factors on any number of threads.</remarks>
public sealed class ImplicitFactors
{
    private readonly FactorOptions _options;
    private readonly int _threads;
    private readonly Side _users;
    private readonly Side _items;

    /// <summary>Takes the interactions and draws the first factors.</summary>
    /// <param name="rowStarts">Where each user's interactions begin, and their end, shape [users + 1].</param>
    /// <param name="columns">The items of the interactions, shape [interactions].</param>
    /// <param name="values">Their weights, above 0; empty = 1 each.</param>
    /// <param name="itemCount">Number of items.</param>
    /// <param name="options">How to train.</param>
    public ImplicitFactors(int[] rowStarts, int[] columns, float[] values, int itemCount, FactorOptions options)
    {
        ArgumentNullException.ThrowIfNull(rowStarts);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        _users = new Side(rowStarts, columns, values, First("users", rowStarts.Length - 1));
        _items = Transposed(_users, itemCount, First("items", itemCount));
    }

    private sealed record Side(int[] Starts, int[] Others, float[] Weights, float[] Factors)
    {
        public int Count => Starts.Length - 1;
    }

    /// <summary>Factors of the users, row-major, shape [users, dimensions].</summary>
    public float[] UserFactors => _users.Factors;

    /// <summary>Factors of the items, row-major, shape [items, dimensions].</summary>
    public float[] ItemFactors => _items.Factors;

    /// <summary>Trains a model.</summary>
    /// <inheritdoc cref="ImplicitFactors(int[], int[], float[], int, FactorOptions)"/>
    /// <param name="rowStarts">Where each user's interactions begin, and their end, shape [users + 1].</param>
    /// <param name="columns">The items of the interactions, shape [interactions].</param>
    /// <param name="values">Their weights, above 0; empty = 1 each.</param>
    /// <param name="itemCount">Number of items.</param>
    /// <param name="options">How to train.</param>
    /// <param name="progress">Receives the share that is done, 0 to 1.</param>
    /// <param name="cancellation">Stops between passes.</param>
    public static FactorModel Fit(
        int[] rowStarts,
        int[] columns,
        float[] values,
        int itemCount,
        FactorOptions options,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        var training = new ImplicitFactors(rowStarts, columns, values, itemCount, options);
        for (var pass = 0; pass < options.Iterations; pass++)
        {
            cancellation.ThrowIfCancellationRequested();
            training.Pass();
            progress?.Report((pass + 1.0) / options.Iterations);
        }

        return training.ToModel();
    }

    /// <summary>One pass: the users with the items fixed, then the items with the users fixed.</summary>
    public void Pass()
    {
        Solve(_users, _items);
        Solve(_items, _users);
    }

    /// <summary>The present factors as a model.</summary>
    public FactorModel ToModel() => new(_items.Factors, _options.Dimensions, _options.Unobserved, _options.Ridge, _options.RidgeExponent);

    private void Solve(Side side, Side others)
    {
        const int Piece = 64;
        var dimensions = _options.Dimensions;
        var gram = FactorSystem.Gram(others.Factors, dimensions, _threads);
        Parallel.For(
            0,
            (side.Count + Piece - 1) / Piece,
            new ParallelOptions { MaxDegreeOfParallelism = _threads },
            () => new FactorSystem(dimensions),
            (piece, _, system) =>
            {
                for (var row = piece * Piece; row < Math.Min(side.Count, (piece + 1) * Piece); row++)
                {
                    var (start, count) = (side.Starts[row], side.Starts[row + 1] - side.Starts[row]);
                    system.Gather(others.Factors, side.Others.AsSpan(start, count), side.Weights.Length == 0 ? [] : side.Weights.AsSpan(start, count));
                    var ridge = FactorModel.RidgeOf(_options.Ridge, _options.RidgeExponent, _options.Unobserved, count, others.Count);
                    var factors = side.Factors.AsSpan(row * dimensions, dimensions);
                    if (_options.Steps == 0)
                    {
                        system.SolveExactly(gram, (float)_options.Unobserved, ridge, factors);
                    }
                    else
                    {
                        system.Improve(gram, (float)_options.Unobserved, ridge, _options.Steps, factors);
                    }
                }

                return system;
            },
            _ => { });
    }

    private float[] First(string side, int count)
    {
        var random = RandomStream.For(_options.Seed, side);
        var factors = new float[checked(count * _options.Dimensions)];
        var scale = _options.Spread / Math.Sqrt(_options.Dimensions);
        for (var i = 0; i < factors.Length; i++)
        {
            factors[i] = (float)(scale * random.NextGaussian());
        }

        return factors;
    }

    private static Side Transposed(Side users, int itemCount, float[] factors)
    {
        var starts = new int[itemCount + 1];
        foreach (var item in users.Others)
        {
            starts[item + 1]++;
        }

        for (var item = 0; item < itemCount; item++)
        {
            starts[item + 1] += starts[item];
        }

        var next = starts.AsSpan(0, itemCount).ToArray();
        var others = new int[users.Others.Length];
        var weights = new float[users.Weights.Length];
        for (var user = 0; user < users.Count; user++)
        {
            for (var at = users.Starts[user]; at < users.Starts[user + 1]; at++)
            {
                var place = next[users.Others[at]]++;
                others[place] = user;
                if (weights.Length > 0)
                {
                    weights[place] = users.Weights[at];
                }
            }
        }

        return new Side(starts, others, weights, factors);
    }
}
