using Vitrina.Engine.Models.Factors;
using Vitrina.Engine.Models.Registry;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Collections;
using Vitrina.Kernels.Files;

namespace Vitrina.Tests.Engine.Models.Factors;

public sealed class GroupFactorsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("vitrina-factors-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>Random factors of some groups, and a link from each to the next.</summary>
    internal static GroupFactors Chained(params string[] groups)
    {
        var random = RandomStream.For(3, "factors");
        var rows = new float[groups.Length * 4];
        foreach (ref var factor in rows.AsSpan())
        {
            factor = (float)random.NextDouble();
        }

        return new GroupFactors(
            groups, new FactorModel(rows, 4, 0.1, 0.05, 1), [.. Enumerable.Range(0, groups.Length).Append(groups.Length)],
            [.. groups.Select((_, group) => (group + 1) % groups.Length)], [.. groups.Select(_ => 0.5f)]);
    }

    [Fact]
    public void A_version_comes_back_as_it_was_saved_and_travels()
    {
        var models = new ModelFolder(_root);
        var factors = Chained("коляски", "seats", "cribs");
        models.Save(Manifest("1"), factors);
        var again = models.LoadFactors("some-factors", "1");
        Assert.Equal(factors.Groups, again.Groups);
        Assert.Equal(factors.Factors.Items, again.Factors.Items);
        Assert.Equal((factors.Factors.Unobserved, factors.Factors.Ridge, factors.Factors.RidgeExponent), (again.Factors.Unobserved, again.Factors.Ridge, again.Factors.RidgeExponent));
        Assert.Equal(factors.LinkStarts.Concat(factors.LinkTargets), again.LinkStarts.Concat(again.LinkTargets));
        Assert.Equal(factors.LinkWeights, again.LinkWeights);
        Assert.Throws<DamagedFileException>(() => models.LoadEncoder("some-factors", "1"));
        Assert.Throws<ArgumentException>(() => models.Save(Manifest("2") with { Kind = "trees" }, factors));

        var other = new ModelFolder(Path.Combine(_root, "other"));
        Assert.Equal(ModelFolder.FactorsKind, other.Import(models.Export("some-factors", "1")).Kind);
        Assert.Equal(factors.Factors.Items, other.LoadFactors("some-factors", "1").Factors.Items);
    }

    [Fact]
    public void A_file_that_was_changed_or_cut_short_is_refused()
    {
        var path = Path.Combine(_root, "model.bin");
        GroupFactorsFile.Write(path, Chained("a", "b"));
        var bytes = File.ReadAllBytes(path);
        foreach (var length in Enumerable.Range(0, bytes.Length))
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Throws<DamagedFileException>(() => GroupFactorsFile.Read(path));
        }

        for (var place = 0; place < bytes.Length; place++)
        {
            var changed = bytes.ToArray();
            changed[place] ^= 0x10;
            File.WriteAllBytes(path, changed);
            Assert.Throws<DamagedFileException>(() => GroupFactorsFile.Read(path));
        }
    }

    [Fact]
    public void Parts_that_do_not_fit_are_refused()
    {
        var factors = new FactorModel(new float[8], 4, 0.1, 0.05, 1);
        Assert.Throws<ArgumentException>(() => new GroupFactors(["a"], factors, [0, 0], [], []));
        Assert.Throws<ArgumentException>(() => new GroupFactors(["a", "b"], factors, [0, 1, 1], [2], [1]));
        Assert.Throws<ArgumentException>(() => new GroupFactors(["a", "b"], factors, [0, 2, 1], [0], [1]));
        Assert.Throws<ArgumentException>(() => new GroupFactors(["a", "b"], factors, [0, 0, 1], [0], []));
    }

    [Fact]
    public void Scores_by_factors_solve_the_person_with_all_groups_fixed()
    {
        var factors = Chained("a", "b", "c", "d", "e", "f").Factors;
        var scores = new float[6];
        GroupFactors.ScoreByFactors(factors, [4, 1], new FactorSystem(4), scores);

        // The normal equations, by definition: the last group weighs 1, the one before it exp(-1/6).
        var weights = new Dictionary<int, double> { [4] = 1, [1] = Math.Exp(-1 / GroupFactors.FoldInDecay) };
        var (system, right) = (new double[4, 4], new double[4]);
        for (var group = 0; group < 6; group++)
        {
            for (var i = 0; i < 4; i++)
            {
                for (var j = 0; j < 4; j++)
                {
                    system[i, j] += (factors.Unobserved + weights.GetValueOrDefault(group)) * factors.Items[(group * 4) + i] * factors.Items[(group * 4) + j];
                }

                right[i] += weights.GetValueOrDefault(group) * factors.Items[(group * 4) + i];
            }
        }

        for (var i = 0; i < 4; i++)
        {
            system[i, i] += factors.Ridge * (2 + (factors.Unobserved * 6));
        }

        var person = Solve(system, right);
        for (var group = 0; group < 6; group++)
        {
            Assert.Equal(Enumerable.Range(0, 4).Sum(i => person[i] * factors.Items[(group * 4) + i]), scores[group], 1e-4);
        }
    }

    [Fact]
    public void Groups_that_come_later_are_found_and_unknown_ones_have_no_row()
    {
        var (factors, names) = (Chained("a", "b", "c"), new SymbolTable());
        names.GetOrAdd("c");
        names.GetOrAdd("x");
        Assert.Equal([2, -1], factors.PlacesIn(names, 2).RowOf);
        Assert.Equal([-1, -1, 0], factors.PlacesIn(names, 2).GroupOf);
        names.GetOrAdd("a");
        Assert.Equal([2, -1, 0], factors.PlacesIn(names, 3).RowOf);
        Assert.Equal([2, -1, 0], factors.PlacesIn(names, 3).GroupOf);
        Assert.Same(factors.PlacesIn(names, 3), factors.PlacesIn(names, 2));
    }

    // Gauss with pivots.
    private static double[] Solve(double[,] system, double[] right)
    {
        var size = right.Length;
        for (var pivot = 0; pivot < size; pivot++)
        {
            for (var row = pivot + 1; row < size; row++)
            {
                var factor = system[row, pivot] / system[pivot, pivot];
                for (var column = pivot; column < size; column++)
                {
                    system[row, column] -= factor * system[pivot, column];
                }

                right[row] -= factor * right[pivot];
            }
        }

        for (var row = size - 1; row >= 0; row--)
        {
            for (var column = row + 1; column < size; column++)
            {
                right[row] -= system[row, column] * right[column];
            }

            right[row] /= system[row, row];
        }

        return right;
    }

    internal static ModelManifest Manifest(string version, string name = "some-factors") => new()
    {
        Id = $"{name}/{version}",
        Name = name,
        Version = version,
        Vertical = "goods",
        Surface = "groups",
        Kind = ModelFolder.FactorsKind,
        Features = [],
        Objective = "least squares",
        Label = "next group",
        Data = new ManifestDataRange(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, 1),
        Metrics = new Dictionary<string, double>(),
        Seed = 0,
        CreatedAt = DateTimeOffset.UnixEpoch,
        CodeVersion = "0",
        Stage = ModelStage.Candidate,
    };
}
