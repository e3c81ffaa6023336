namespace Vitrina.Cli.Benchmarks.Search;

/// <summary>A document of a judged set: what a query is compared with.</summary>
/// <param name="Id">Its id in the files.</param>
/// <param name="Title">Its title.</param>
/// <param name="Brand">Who makes it, if known.</param>
/// <param name="Description">Its description, if there is one.</param>
/// <param name="Attributes">The words of its other attributes, if there are some.</param>
internal sealed record JudgedDocument(string Id, string Title, string? Brand = null, string? Description = null, string? Attributes = null);

/// <summary>A judgement: how well a document answers the query.</summary>
/// <param name="Candidate">What a run file calls it.</param>
/// <param name="Document">Index of the document.</param>
/// <param name="Grade">The grade, at least 0.</param>
internal readonly record struct Judgement(string Candidate, int Document, float Grade);

/// <summary>A query with its judgements.</summary>
/// <param name="Text">The query.</param>
/// <param name="Judgements">Its judgements in the order of the file.</param>
internal sealed record JudgedQuery(string Text, List<Judgement> Judgements);

/// <summary>Queries with graded documents.</summary>
/// <param name="Documents">The documents: of the judged ones, or of a whole collection.</param>
/// <param name="Queries">The queries in the order of the file.</param>
/// <param name="IsCollection">Whether the documents are a collection in which a search can be judged, rather than the judged ones alone.</param>
/// <param name="UnknownDocuments">Judgements of documents that the collection does not have; they are left out.</param>
internal sealed record JudgedSet(IReadOnlyList<JudgedDocument> Documents, IReadOnlyList<JudgedQuery> Queries, bool IsCollection, int UnknownDocuments);
