using System.Numerics.Tensors;
using Vitrina.Engine.Models.Embeddings;
using Vitrina.Kernels.Chance;

namespace Vitrina.Learning.Training.Embeddings;

/// <summary>Makes an encoder from texts alone, without a query or a click: words and trigrams that occur in the same texts come to lie near each other.</summary>
/// <remarks>
/// Latent semantic indexing (Deerwester, Dumais, Furnas, Landauer and Harshman, JASIS 1990): a text, as the weighted count of its rows, is projected on the
/// directions in which the texts differ most, the leading right singular vectors of texts × rows. These are found by orthogonal iteration (Halko,
/// Martinsson and Tropp, SIAM Review 2011, algorithm 4.4); which basis of their space comes out does not matter, since cosines do not depend on it. Both
/// sides of the encoder are the same. The layers are the identity, so that a <see cref="DssmTrainer"/>'s encoder and this one are served alike.
/// </remarks>
public static class LatentTrainer
{
    // Rounding must not blow up directions that the texts do not have.
    private const double LeastRidge = 1e-9;

    /// <summary>Makes the encoder.</summary>
    /// <param name="texts">The texts; those without a word say nothing.</param>
    /// <param name="shape">The sizes: no hidden layer, and as many numbers in a row as in a vector.</param>
    /// <param name="seed">Seeds the first directions. Same texts, shape and seed: same bytes.</param>
    /// <param name="passes">Passes over the texts, at least 1; after five the space hardly moves.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <remarks>Cost: passes × rows of the texts × dimension, and passes × rows of the table × dimension².</remarks>
    /// <exception cref="ArgumentException">The sizes are out of their range, or are not equal.</exception>
    /// <exception cref="NothingToLearnException">No text has a word.</exception>
    public static DssmEncoder Train(IEnumerable<string> texts, DssmShape shape, ulong seed, int passes = 5, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(passes, 1);
        if ((shape.FindMistake() ?? (shape.HiddenSize > 0 || shape.RowSize != shape.Dimension ? "HiddenSize must be 0 and RowSize equal to Dimension" : null)) is { } mistake)
        {
            throw new ArgumentException($"{mistake}.", nameof(shape));
        }

        DssmTexts read = new(shape);
        foreach (string text in texts)
        {
            read.Add(text);
        }

        if (read.Count == 0)
        {
            throw new NothingToLearnException("no text has a word");
        }

        float[] rarities = [.. read.DocumentFrequencies().Select(frequency => frequency == 0 ? 0 : (float)Math.Log(1 + ((double)read.Count / frequency)))];
        float[] directions = new float[shape.RowCount * shape.Dimension];
        RandomStream random = RandomStream.For(seed, "directions");
        for (int at = 0; at < directions.Length; at++)
        {
            directions[at] = (float)random.NextGaussian();
        }

        for (int pass = 0; pass < passes; pass++)
        {
            directions = Turn(read, rarities, directions, shape.Dimension, cancellationToken);
            Orthonormalise(directions, shape.Dimension);
        }

        for (int row = 0; row < rarities.Length; row++)
        {
            Span<float> direction = directions.AsSpan(row * shape.Dimension, shape.Dimension);
            TensorPrimitives.Multiply(direction, rarities[row], direction);
        }

        return new DssmEncoder(shape, directions, Identity(shape), Identity(shape));
    }

    /// <summary>AᵀA V: A has a line of length 1 for each text, of its rows' counts times their rarities; V are the directions, shape [rows x dimension].</summary>
    private static float[] Turn(DssmTexts texts, float[] rarities, float[] directions, int dimension, CancellationToken cancellationToken)
    {
        float[] turned = new float[directions.Length];
        float[] projection = new float[dimension];
        Dictionary<int, int> counts = [];
        for (int text = 0; text < texts.Count; text++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            counts.Clear();
            foreach (int row in texts[text])
            {
                counts[row] = counts.GetValueOrDefault(row) + 1;
            }

            Array.Clear(projection);
            float square = 0;
            foreach ((int row, int count) in counts)
            {
                float weight = count * rarities[row];
                square += weight * weight;
                TensorPrimitives.MultiplyAdd(directions.AsSpan(row * dimension, dimension), weight, projection, projection);
            }

            foreach ((int row, int count) in counts)
            {
                Span<float> sum = turned.AsSpan(row * dimension, dimension);
                TensorPrimitives.MultiplyAdd(projection, count * rarities[row] / square, sum, sum);
            }
        }

        return turned;
    }

    /// <summary>Makes the columns orthonormal: V ← V L⁻ᵀ where VᵀV = L Lᵀ.</summary>
    private static void Orthonormalise(float[] directions, int dimension)
    {
        double[] gram = new double[dimension * dimension];
        double[] row = new double[dimension];
        for (int from = 0; from < directions.Length; from += dimension)
        {
            if (!directions.AsSpan(from, dimension).ContainsAnyExcept(0f))
            {
                continue;
            }

            TensorPrimitives.ConvertTruncating<float, double>(directions.AsSpan(from, dimension), row);
            for (int i = 0; i < dimension; i++)
            {
                Span<double> line = gram.AsSpan(i * dimension, i + 1);
                TensorPrimitives.MultiplyAdd(row.AsSpan(0, i + 1), row[i], line, line);
            }
        }

        double[] factor = Cholesky.Factor(gram, dimension, LeastRidge);
        for (int from = 0; from < directions.Length; from += dimension)
        {
            Span<float> direction = directions.AsSpan(from, dimension);
            for (int i = 0; i < dimension; i++)
            {
                row[i] = (direction[i] - TensorPrimitives.Dot<double>(row.AsSpan(0, i), factor.AsSpan(i * dimension, i))) / factor[(i * dimension) + i];
            }

            TensorPrimitives.ConvertTruncating<double, float>(row, direction);
        }
    }

    private static DssmTower Identity(DssmShape shape)
    {
        DssmTower tower = new(shape);
        for (int i = 0; i < shape.Dimension; i++)
        {
            tower.Output[(i * shape.Dimension) + i] = 1;
        }

        return tower;
    }
}
