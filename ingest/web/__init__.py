"""Pages to look at: the day's stories, an article with what changed and what repeats it, feeds, figures, all the data.

Ours are the pages people look at; Datasette gives the rest (tables, facets, SQL) over the same read-only archive. Nothing
here writes, asks another server or runs a script that came with an article.

- `guard`: who may ask (names, methods), and what a browser may do with the answer
- `site`: which page answers which address; `server`: the port it listens on
- `day`, `article`, `finds`, `feeds`, `figures`: what stands on a page, read from the archive
- `charts`, `passages`: values for drawing and marking; `data`: Datasette set up over the archive

Needs the extra `web`.
"""
