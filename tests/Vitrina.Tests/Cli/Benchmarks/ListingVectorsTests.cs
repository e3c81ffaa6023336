using Vitrina.Cli.Benchmarks;

namespace Vitrina.Tests.Cli.Benchmarks;

/// <summary>Vectors of listings' titles for <c>vitrina bench vectors</c>.</summary>
public sealed class ListingVectorsTests : IDisposable
{
    private static readonly string[] Things = ["кружка", "чайник", "носки", "телефон", "лампа", "рюкзак"];
    private readonly string _folder = Directory.CreateTempSubdirectory("vitrina-listing-vectors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Titles_become_vectors_of_length_1_and_queries_are_made_of_them()
    {
        var rows = Enumerable.Range(0, 60).Select(number => $"{number}\t{Things[number % 6]} прочная модель {number / 6} для дома");
        File.WriteAllLines(Path.Combine(_folder, "listings.tsv"), rows.Prepend("product_id\ttitle").Append("60\t!!!"));
        var files = Directory.CreateDirectory(Path.Combine(_folder, "vectors")).FullName;
        Write(files, titles: 61);
        var set = VectorSet.Read(files, 8);
        Assert.Equal(60, set.Count);
        Assert.InRange(set.QueryCount, 40, 60);
        for (var vector = 0; vector < set.Count; vector++)
        {
            Assert.Equal(1, set.Vector(vector).ToArray().Sum(value => value * value), 1e-4);
        }

        var bytes = File.ReadAllBytes(Path.Combine(files, "vec_base.f32"));
        Write(files, titles: 61);
        Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(files, "vec_base.f32")));
        Write(files, titles: 20);
        Assert.InRange(VectorSet.Read(NoTruth(files), 8).Count, 19, 20);
    }

    private static string NoTruth(string files)
    {
        File.Delete(Path.Combine(files, "vec_gt10.i32"));
        return files;
    }

    private void Write(string files, int titles) =>
        ListingVectors.Write(new VectorsRequest(_folder, 8, titles, 1, 7), files, new Progress<double>(), TestContext.Current.CancellationToken);
}
