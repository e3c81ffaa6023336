using System.Runtime.InteropServices;
using Vitrina.Cli;
using Vitrina.Cli.Benchmarks;

namespace Vitrina.Tests.Cli.Benchmarks;

public sealed class VectorSetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vitrina-vectors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Absent_nearest_vectors_are_found_by_a_scan()
    {
        Write("vec_base.f32", [.. Enumerable.Range(0, 30).SelectMany(number => new float[] { number, 0 })]);
        Write("vec_query.f32", [4.1f, 0]);
        var set = VectorSet.Read(_folder, 2);
        Assert.Equal((30, 1), (set.Count, set.QueryCount));
        Assert.Equal([4, 5, 3, 6, 2, 7, 1, 8, 0, 9], set.Truth);
        Assert.Equal(set.Truth, VectorSet.Read(_folder, 2).Truth);
    }

    [Fact]
    public void Files_that_do_not_fit_the_dimension_are_named()
    {
        Assert.Contains("vec_base.f32", Assert.Throws<UsageException>(() => VectorSet.Read(_folder, 2)).Message, StringComparison.Ordinal);
        Write("vec_base.f32", new float[30]);
        Write("vec_query.f32", new float[6]);
        Assert.Contains("30 numbers are not a whole number of vectors of 7; say the dimension with --dim", Assert.Throws<UsageException>(() => VectorSet.Read(_folder, 7)).Message, StringComparison.Ordinal);
        Write("vec_query.f32", [1, float.NaN]);
        Assert.Contains("vector 0 holds NaN", Assert.Throws<UsageException>(() => VectorSet.Read(_folder, 2)).Message, StringComparison.Ordinal);
    }

    private void Write(string name, float[] values) => File.WriteAllBytes(Path.Combine(_folder, name), MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
}
