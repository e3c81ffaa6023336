namespace Vitrina.Engine.Ranking.Recording;
/// <summary>s</summary>
public sealed class FeatureBlock {
 /// <summary>s</summary>
 public required string RankingId { get; init; }
 /// <summary>s</summary>
 public required long AsOf { get; init; }
 /// <summary>s</summary>
 public required long AtMs { get; init; }
 /// <summary>s</summary>
 public required IReadOnlyList<string> FeatureNames { get; init; }
 /// <summary>s</summary>
 public required string[] Items { get; init; }
 /// <summary>s</summary>
 public required short[] Positions { get; init; }
 /// <summary>s</summary>
 public required float[] Values { get; init; }
}
/// <summary>s</summary>
public sealed class FeatureLogWriter : IDisposable {
 /// <summary>s</summary>
 public bool TryAdd(FeatureBlock b) => b is not null && _x;
 private readonly bool _x = true;
 /// <summary>s</summary>
 public void Dispose() { }
}
